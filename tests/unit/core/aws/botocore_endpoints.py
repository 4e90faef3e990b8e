"""Prints the endpoints from botocore's rules, for endpoint_botocore_test.cc.

Prints one line for each service, region, use of FIPS and use of dual-stack: these four, and the URL, or "none" if the
rules return an error. With the argument "probe", the exit code only reports whether botocore is installed.
"""

import itertools
import sys

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.session import get_session

REGIONS = "us-east-1 eu-west-1 ap-southeast-3 af-south-1 il-central-1 mx-central-1 cn-north-1 cn-northwest-1".split()
REGIONS += "us-gov-west-1 us-gov-east-1 us-iso-east-1 us-isob-east-1".split()


def regions(partitions):
    """Returns these regions, and one of each partition that botocore has; later versions have more."""
    for partition in partitions["partitions"]:
        yield next((name for name in partition["regions"] if "global" not in name), None)
    yield from REGIONS


def main():
    loader = get_session().get_component("data_loader")
    partitions = loader.load_data("partitions")
    if sys.argv[1:] == ["probe"]:
        return
    for service in ("kinesis", "sts", "dynamodb"):
        provider = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
        for region, fips, dualstack in itertools.product(filter(None, regions(partitions)), (False, True), (False, True)):
            try:
                url = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dualstack).url
            except EndpointProviderError:
                url = "none"
            print(service, region, int(fips), int(dualstack), url)


main()
