"""Real kernel networking in namespaces of our own: nothing here touches the network of the machine."""
