"""`keywork client everything`, `removal …` and `handover`: what a client may ask for, and what a successor needs."""
