"""The one place that speaks to durable-rules: a protocol as its rulesets, and what they conclude."""
