"""Casework: the working-day clock, required elements, fees, repeats. Facts for people to judge."""
