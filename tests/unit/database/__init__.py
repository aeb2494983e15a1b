"""The database floor: configuration, pools, transactions."""
