"""The acts on executions: each looks first, refuses what makes no sense now, and sends one write."""
