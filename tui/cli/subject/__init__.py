"""`keywork client everything`, `removal …`, `handover`: what a client, or whoever takes a contract over, may ask for."""
