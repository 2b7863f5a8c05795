"""The service that tags articles over HTTP, and the guard of web servers on this machine."""
