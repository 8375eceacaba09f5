"""The optional model: its replies against golden cases and properties, its server played over loopback."""
