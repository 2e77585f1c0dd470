"""The people at work: what they may do, what they looked at, what opens their locked screen."""
