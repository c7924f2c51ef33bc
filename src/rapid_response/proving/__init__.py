"""What holds for every incident: one space of all incidents, proofs, witnesses, and two versions compared."""
