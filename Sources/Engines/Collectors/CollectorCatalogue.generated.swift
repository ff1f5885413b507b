// Written by scripts/generate-collectors from the headers of the .sql files in SQL/collectors: change those.

extension CollectorCatalogue {
    static let sqlServer: [CollectorDefinition] = [
    ]
    static let postgreSQL: [CollectorDefinition] = [
    ]
    static let mySQL: [CollectorDefinition] = [
    ]
}
