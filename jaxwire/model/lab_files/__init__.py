"""Tables of numbers as laboratories and other programs hand them over: columns by their names, or a refusal.

`numerals` (numbers as they are written), `headings` (names and units of columns, and what they are taken for),
`dialects` (lines cut into fields, whatever separates them), `reading` (which way to read a text is the only one that
makes sense), `containers` (pandas, xarray, arrays), `columns` (the one reader).
"""
