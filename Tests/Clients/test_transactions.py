"""Transactions by statement and by the transaction manager's requests; pools that reset their sessions."""

import clients


def test_commit_and_rollback(client, simulator):
    connection = client.connect(simulator, encrypt=True, autocommit=False)
    cursor = connection.cursor()
    cursor.execute("SELECT @@TRANCOUNT AS t")
    assert cursor.fetchone()[0] == 1
    connection.commit()
    connection.rollback()
    cursor.execute("SELECT @@TRANCOUNT AS t")
    assert cursor.fetchone()[0] == 1
    cursor.close()
    connection.rollback()
    connection.close()


def test_autocommit_has_no_transaction(client, connection):
    assert client.run(connection, "SELECT @@TRANCOUNT AS t") == [[(0,)]]


def test_begin_and_rollback_as_statements(client, connection):
    sets = client.run(connection, "BEGIN TRAN; SELECT @@TRANCOUNT AS t; ROLLBACK; SELECT @@TRANCOUNT AS t")
    assert sets == [[(1,)], [(0,)]]


def test_use_changes_the_database(client, connection):
    assert client.run(connection, "USE msdb; SELECT DB_NAME() AS d") == [[("msdb",)]]


def test_a_pool_gives_a_clean_session(simulator):
    client = clients.MSSQLPython()
    for _ in range(3):
        connection = client.connect(simulator, encrypt=True)
        assert client.run(connection, "SELECT DB_NAME() AS d") == [[("master",)]]
        client.run(connection, "USE tempdb")
        connection.close()
