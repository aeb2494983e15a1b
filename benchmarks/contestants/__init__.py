"""Who takes part: each module is one library, or one way of writing the same work by hand."""
