"""Floor 4: widgets. Each takes the Bridge, calls the Session, and keeps no facts."""
