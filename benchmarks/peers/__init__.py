"""The same protocol in the words of other engines. Each module's `contenders(protocol)` compiles it once.

Translations are made from the checked protocol, so that all engines have the same conditions in the same order. Each
engine that can takes part twice: with every rule evaluated by itself, as the library does, and with the rules merged by
tier, highest first, so that the first that holds ends the search; that is quicker but no longer says which rules fired.
"""
