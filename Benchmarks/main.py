"""Runs the benchmarks that are named, or all, and prints a table. See `Benchmarks/run`."""
import argparse
import sys

import browsing
import collection
import dashboard
import filtering
import fleet
import migrating
import outage
import requests_rate
import starting
import storage
import values
import waits

ALL = {
    "start": starting.measure_start,
    "tenants": starting.measure_tenants,
    "migrate": migrating.measure_migrate,
    "health": requests_rate.measure_health,
    "list": requests_rate.measure_list,
    "compare": requests_rate.measure_compare,
    "dashboard": dashboard.measure_dashboard,
    "filters": filtering.measure_filters,
    "browsing": browsing.measure_browsing,
    "simulator": collection.measure_simulator,
    "storage": storage.measure_storage,
    "writing": storage.measure_writing,
    "waits": waits.measure_waits,
    "blackholes": collection.measure_black_holes,
    "fleet": fleet.measure_fleet,
    "outage": outage.measure_outage,
    "values": values.measure_values,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures a release build of DbTools.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(ALL))
    parser.add_argument("--minutes", type=float, default=10, help="how long blackholes, fleet and values watch (10)")
    parser.add_argument("--servers", type=int, default=1000, help="servers of blackholes (1000)")
    parser.add_argument("--black-holes", type=int, default=100, help="of these never answer (100)")
    parser.add_argument("--fleet", type=int, default=10_000, help="servers of fleet (10000)")
    parser.add_argument("--black-hole-percent", type=float, default=0, help="of the fleet never answer (0)")
    parser.add_argument("--outage-servers", type=int, default=4000, help="servers of outage (4000)")
    parser.add_argument("--instances", type=int, default=10_000, help="instances of simulator (10000)")
    parser.add_argument("--tenants", type=int, default=1000, help="tenants of migrate (1000; 10 MB of disk each)")
    parser.add_argument("--days-share", type=float, default=1, help="share of storage's week and month that is filled (1)")
    parser.add_argument("--configuration", default="release", help="which build: release, debug")
    options = parser.parse_args()
    unknown = set(options.names) - set(ALL)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")

    results, failed = [], False
    for name in options.names or ALL:
        print(f"-- {name} ...", flush=True)
        try:
            for result in ALL[name](options):
                results.append(result)
                print(f"   {result}", flush=True)
        except Exception as error:  # one that fails does not take the others' figures along
            failed = True
            print(f"   {name} failed: {type(error).__name__}: {error}", flush=True)

    print("\n" + "\n".join(str(result) for result in results))
    missed = [result for result in results if not result.isWithinBar]
    print(f"\n{len(results) - len(missed)} of {len(results)} figures are within their bars.")
    return 1 if failed or missed else 0


sys.exit(main())
