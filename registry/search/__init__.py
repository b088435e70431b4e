"""Search: one query language over the catalogue, for pages and programs.

    typed ──▶ Query ──▶ conditions ──▶ one statement ──▶ Found: results, facets
        query.py   conditions.py    finding.py

What is searched is a row a variant (`registry.models.SearchEntry`), which `index.refresh`
writes when a plugin is published. Order is by rules, first that applies, and not by a
score: who wants to know why a result stands where it does is told the rule.
"""
