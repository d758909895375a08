"""Who may talk to whom: NetworkPolicies, and what Istio adds, evaluated together. Pure."""
