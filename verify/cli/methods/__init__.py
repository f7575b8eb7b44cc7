"""The methods of relucert approximate, a file each."""
