"""What a reply letter says: which row of table 3, item by item, with the words that show it.

text → passages → articles and cues → items → reading; `combination` joins a trained head.
"""
