"""The parts that the local web servers share."""
