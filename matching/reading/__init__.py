"""Reading a need: what a Chinese or English text asks for, line by line, each linked to the phrase it stands in."""
