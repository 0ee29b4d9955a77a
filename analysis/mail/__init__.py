"""In: a published week's mail and the recipients.

Out: letters, each sent once, and a table of who got which. The only room that uses a network.
"""
