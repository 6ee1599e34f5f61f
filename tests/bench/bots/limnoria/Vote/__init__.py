"""A plugin for Limnoria that takes votes, to measure it by."""
from . import config, plugin

Class = plugin.Class
configure = config.configure
