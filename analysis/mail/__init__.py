"""In: a published week's mail and the recipients.

Out: letters, each sent once, and who got what. The only room that knows a network.
"""
