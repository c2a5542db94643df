"""Quality where there is a truth beside an answer: Model Monitor's metrics, rules and texts of models, bias and attribution."""
