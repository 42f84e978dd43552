from .fit import FitConfig as FitConfig
from .fit import Profile as Profile
from .fit import load_measurements as load_measurements
from .fit import parse_fit_config as parse_fit_config
from .fit import read_fit_config as read_fit_config
from .scan import Config as Config
from .scan import parse_config as parse_config
from .scan import read_config as read_config
