"""The bureau's pages of a round, for the bureau and for each unit its own: board, units, charts, downloads, a way to hand in.

In: requests of people whom the proxy names, the log and the store of a collection, while `collect` writes them or afterwards.
Out: pages without scripts, files of the collection, files put into the inbox, a line in the log of actions for each.
It never writes to the collection: `collect` stays the only one who does.
"""
