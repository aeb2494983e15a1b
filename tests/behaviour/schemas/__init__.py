"""The models of the cases, declared once for both ORMs; each module is an app of its own and lists its MODELS."""
