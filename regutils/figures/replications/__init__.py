"""Figures of the page of replications."""

from regutils.figures.replications.diabetes import diabetes_path
from regutils.figures.replications.scores import scores
from regutils.figures.replications.simulations import elastic_net, lasso_table
from regutils.figures.replications.theory import equilibrium, flow_and_ridge, transition

__all__ = [
    "diabetes_path",
    "elastic_net",
    "equilibrium",
    "flow_and_ridge",
    "lasso_table",
    "scores",
    "transition",
]
