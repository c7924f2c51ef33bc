"""What a protocol means for one incident: facts in, a `Recommendation` out."""
