"""How a printed pool comes from its rows: the model, the rounding, or a single slip."""
