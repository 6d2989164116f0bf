"""The company portal: applications written by several people, filed in the case, followed and supplemented."""
