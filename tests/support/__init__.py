"""What tests share: weeks, editions, files, servers and homes to try things on."""
