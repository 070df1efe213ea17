"""The accounts of a fleet that could not be planned, planned anew once what kept them from it is mended."""
