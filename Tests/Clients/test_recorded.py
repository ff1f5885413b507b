"""Issue 4: what real servers answered, fed through the simulator, comes out of the collectors as it was.

The numbers were recorded by others from SQL Server 2022 on Linux: the test data of OpenTelemetry's SQL Server receiver
(open-telemetry/opentelemetry-collector-contrib, receiver/sqlserverreceiver/testdata: waitStatsQueryData.txt, database_io_scraped_data.txt,
perfCounterQueryData.txt), and one record of the scheduler's monitor from SQL Server on Windows (sqlworldwide.com, 24 February 2020).
"""

import pytest

import clients
import collectors
from conftest import Simulator

WINDOWS, LINUX = 1, 2
DRIVERS = [clients.PyMSSQL(), clients.FreeTDS(), clients.Driver18()]
# Type, tasks, milliseconds, of them signal.
WAITS = [
    ("ASYNC_IO_COMPLETION", 10, 176, 0), ("AZURE_IMDS_VERSIONS", 3, 180_853, 0), ("CMEMTHREAD", 1_684, 2_102, 1_557),
    ("LCK_M_S", 2, 307, 0), ("LCK_M_U", 12, 1_587, 0), ("MSQL_XP", 213, 614, 0),
    ("PREEMPTIVE_OS_AUTHENTICATIONOPS", 2_899, 7_177, 0), ("PREEMPTIVE_OS_FLUSHFILEBUFFERS", 1_149, 1_013, 0),
    ("PREEMPTIVE_OS_QUERYREGISTRY", 96_457, 40_971, 0), ("PWAIT_EXTENSIBILITY_CLEANUP_TASK", 651, 194_761_474, 194_761_474),
    ("RESOURCE_SEMAPHORE_QUERY_COMPILE", 9, 1_387, 0), ("SLEEP_PHYSMASTERDBREADY", 1, 910, 0),
    ("SOS_SCHEDULER_YIELD", 313_164, 31_124, 29_184), ("THREADPOOL", 29, 561, 0), ("WRITELOG", 719, 466, 32),
]
# Database, file, kind, reads, bytes, milliseconds, writes, bytes, milliseconds.
FILES = [
    ("master", "master", "ROWS", 73, 4_022_272, 62, 329, 4_096_000, 130),
    ("master", "mastlog", "LOG", 17, 916_480, 8, 608, 8_061_952, 3_302),
    ("tempdb", "tempdev", "ROWS", 35, 2_113_536, 9, 4, 32_768, 0),
    ("model", "modeldev", "ROWS", 53, 10_575_872, 21, 80, 860_160, 16),
    ("msdb", "MSDBLog", "LOG", 9, 660_992, 5, 117, 1_019_904, 27),
]
DATABASES = {"master": 1, "tempdb": 2, "model": 3, "msdb": 4}
# Object, counter, instance, value; the peer's query shows the instance _Total as Total, which is turned back.
COUNTED = [
    ("Access Methods", "Full Scans/sec", "", 1_341), ("Access Methods", "Index Searches/sec", "", 179_630),
    ("Access Methods", "Page Splits/sec", "", 274), ("Databases", "Log Bytes Flushed/sec", "_Total", 5_906_432),
    ("Databases", "Log Flushes/sec", "_Total", 521), ("Databases", "Transactions/sec", "_Total", 2_166),
    ("Databases", "Transactions/sec", "master", 458), ("Databases", "Write Transactions/sec", "master", 118),
]
BATCHES = [
    ("Batches >=000000ms & <000001ms", 124), ("Batches >=000001ms & <000002ms", 60), ("Batches >=000020ms & <000050ms", 65),
    ("Batches >=000200ms & <000500ms", 6), ("Batches >=000500ms & <001000ms", 0),
]
RECORD = (
    '<Record id = "38446" type ="RING_BUFFER_SCHEDULER_MONITOR" time ="2313297649"><SchedulerMonitorEvent><SystemHealth>'
    "<ProcessUtilization>2</ProcessUtilization><SystemIdle>91</SystemIdle><UserModeTime>310468750</UserModeTime>"
    "<KernelModeTime>35781250</KernelModeTime><PageFaults>7004</PageFaults><WorkingSetDelta>0</WorkingSetDelta>"
    "<MemoryUtilization>100</MemoryUtilization></SystemHealth></SchedulerMonitorEvent></Record>")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    simulator = Simulator("on", tmp_path_factory.mktemp("recorded"))
    simulator.change(WINDOWS, version="2019", platform="windows")
    simulator.change(LINUX, version="2022", platform="linux")
    simulator.change(WINDOWS, views={
        "sys.dm_os_sys_info": [{"ms_ticks": 2_313_307_649, "sqlserver_start_time_ms_ticks": 0}],
        "sys.dm_os_ring_buffers": [
            {"ring_buffer_type": "RING_BUFFER_SCHEDULER_MONITOR", "timestamp": 2_313_297_649, "record": RECORD}],
    })
    prefix = "SQLServer:"
    simulator.change(LINUX, views={
        "sys.dm_os_wait_stats": [
            {"wait_type": name, "waiting_tasks_count": tasks, "wait_time_ms": time, "signal_wait_time_ms": signal}
            for name, tasks, time, signal in reversed(WAITS)],
        "sys.master_files": [
            {"database_id": DATABASES[database], "file_id": number, "name": name, "type_desc": kind}
            for number, (database, name, kind, *_) in enumerate(FILES, 1)],
        "sys.dm_io_virtual_file_stats": [
            {"database_id": DATABASES[database], "file_id": number, "num_of_reads": reads, "num_of_bytes_read": read_bytes,
             "io_stall_read_ms": read_ms, "num_of_writes": writes, "num_of_bytes_written": written_bytes, "io_stall_write_ms": write_ms}
            for number, (database, _, _, reads, read_bytes, read_ms, writes, written_bytes, write_ms) in enumerate(FILES, 1)],
        "sys.dm_os_performance_counters": [
            {"object_name": (prefix + name).ljust(128), "counter_name": counter.ljust(128), "instance_name": instance.ljust(128),
             "cntr_value": value, "cntr_type": 272696576}
            for name, counter, instance, value in COUNTED
        ] + [
            {"object_name": (prefix + "Batch Resp Statistics").ljust(128), "counter_name": counter.ljust(128),
             "instance_name": "CPU Time:Requests".ljust(128), "cntr_value": value, "cntr_type": 65792}
            for counter, value in BATCHES],
    })
    yield simulator
    simulator.stop()


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.name)
def read(request, fleet):
    """Reads a collector, or a statement of the core's batch."""
    connections = {number: request.param.connect(fleet, encrypt=True, instance=number) for number in (WINDOWS, LINUX)}

    def read(name, number=LINUX):
        collector = collectors.named(name)
        return collector, collectors.run(request.param, connections[number], collector)

    read.core = lambda name: collectors.query(request.param, connections[LINUX], collectors.core_statements()[name])
    yield read
    for connection in connections.values():
        connection.close()


def test_waits_are_the_servers(read):
    assert read("waits")[1] == WAITS, "in binary order, every type"
    columns, rows = read.core("waits")
    assert (columns, rows) == (["wait_time_ms"], [(sum(time for _, _, time, _ in WAITS),)]), "none of them is a wait of idleness"


def test_files_are_the_servers(read):
    collector, rows = read("file_io")
    wanted = ["read_count", "read_bytes", "read_stall_ms", "write_count", "written_bytes", "write_stall_ms"]
    places = [collector.column(name) for name in ["database_name", "file_name", "file_kind", *wanted]]
    assert sorted(tuple(row[place] for place in places) for row in rows) == sorted(FILES)
    columns, rows = read.core("io")
    assert rows[0][:2] == (sum(file[3] for file in FILES), sum(file[6] for file in FILES)), columns


def test_counters_are_the_servers(read):
    assert sorted(read("performance_counters")[1]) == sorted(COUNTED)


def test_batches_by_their_time_are_differenced_although_their_type_is_a_gauges(read):
    collector, rows = read("batch_durations")
    assert read("performance_gauges")[1] == []
    assert collector.values(rows, "cpu_count") == {(name,): value for name, value in BATCHES}
    assert set(collector.values(rows, "elapsed_count").values()) == {None}, "nothing was recorded of it"


def test_the_processors_are_the_servers(read):
    _, rows = read("processors", WINDOWS)
    assert [row[:4] for row in rows] == [(2.0, 7.0, 91.0, 0)]
