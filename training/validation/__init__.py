"""What rows must hold before anything is trained on them: findings, and the rules that find."""
