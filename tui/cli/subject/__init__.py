"""`keywork client everything`, `removal …` and `handover`: what a client may ask for, and whoever takes a contract over."""
