"""The course's labs: started, checked and solved from the command line. One folder a lab; see README.md."""
