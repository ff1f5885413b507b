import TDS

extension Functions {
    static let metadata: [String: Bind] = [
        "SERVERPROPERTY": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.unary(.nvarchar(128), .sqlVariant) { value throws(SQLServerMessage) in
                ServerProperties.value(value.text, context.world)
            }
        },
        "DATABASEPROPERTYEX": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.values(2...2, [.nvarchar(128), .nvarchar(128)], .sqlVariant) { v throws(SQLServerMessage) in
                ServerProperties.databaseValue(v[0].text, v[1].text, context.world)
            }
        },
        "CONNECTIONPROPERTY": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.unary(.nvarchar(128), .sqlVariant) { value throws(SQLServerMessage) in
                ServerProperties.connectionValue(value.text, context.world, context.identity)
            }
        },
        "SESSIONPROPERTY": { f throws(SQLServerMessage) in
            let session = f.context.session
            return try f.unary(.nvarchar(128), .sqlVariant) { value throws(SQLServerMessage) in
                session.options[value.text.uppercased()].map { .variant(.int, .int($0 == "ON" ? 1 : 0)) } ?? .null
            }
        },
        "DB_NAME": { f throws(SQLServerMessage) in
            let context = f.context
            if f.call.arguments.isEmpty {
                return Compiled(.nvarchar(128)) { _ throws(SQLServerMessage) in .string(context.session.database) }
            }
            return try f.unary(.int, .nvarchar(128)) { value throws(SQLServerMessage) in
                if value.integer == 32_767 { return .null }
                return context.world.database(id: value.integer).map { .string($0.name) } ?? .null
            }
        },
        "DB_ID": { f throws(SQLServerMessage) in
            let context = f.context
            if f.call.arguments.isEmpty {
                return Compiled(.smallint) { _ throws(SQLServerMessage) in
                    context.world.database(named: context.session.database).map { .int(Int64($0.id)) } ?? .null
                }
            }
            return try f.unary(.nvarchar(128), .smallint) { value throws(SQLServerMessage) in
                context.world.database(named: value.text).map { .int(Int64($0.id)) } ?? .null
            }
        },
        "ORIGINAL_DB_NAME": { f throws(SQLServerMessage) in
            let name = f.context.session.identity.originalDatabase
            return try f.nullary(.nvarchar(128)) { .string(name) }
        },
        "OBJECT_ID": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.values(1...2, [.nvarchar(776), .nvarchar(2)], .int) { v throws(SQLServerMessage) in
                try context.session.catalogue.objectID(
                    v[0].text, kind: v.count > 1 ? v[1].text.trimmed.uppercased() : nil, context: context
                ).map {
                    .int(Int64($0))
                } ?? .null
            }
        },
        "OBJECT_NAME": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.values(1...2, [.int, .int], .nvarchar(128)) { v throws(SQLServerMessage) in
                context.world.objectName(id: v[0].integer).map { .string($0) } ?? .null
            }
        },
        "OBJECT_SCHEMA_NAME": { f throws(SQLServerMessage) in
            try f.values(1...2, [.int, .int], .nvarchar(128)) { _ throws(SQLServerMessage) in .string("dbo") }
        },
        "OBJECT_DEFINITION": { f throws(SQLServerMessage) in
            let world = f.context.world
            return try f.unary(.int, .nvarchar(.max)) { value throws(SQLServerMessage) in
                world.objects.first { $0.id == value.integer }?.text.map { .string($0) } ?? .null
            }
        },
        "SCHEMA_ID": { f throws(SQLServerMessage) in
            let context = f.context
            if f.call.arguments.isEmpty { return .constant(.int(1), .int) }
            return try f.unary(.nvarchar(128), .int) { value throws(SQLServerMessage) in
                context.world.schemaID(value.text, database: context.session.database).map { .int(Int64($0)) } ?? .null
            }
        },
        "SCHEMA_NAME": { f throws(SQLServerMessage) in
            let context = f.context
            if f.call.arguments.isEmpty { return .constant(.string("dbo"), .nvarchar(128)) }
            return try f.unary(.int, .nvarchar(128)) { value throws(SQLServerMessage) in
                context.world.schemaName(value.integer, database: context.session.database).map { .string($0) } ?? .null
            }
        },
        "TYPE_NAME": { f throws(SQLServerMessage) in
            try f.unary(.int, .nvarchar(128)) { value throws(SQLServerMessage) in
                TypeCatalogue.all.first { $0.userTypeID == value.integer }.map { .string($0.name) } ?? .null
            }
        },
        "TYPE_ID": { f throws(SQLServerMessage) in
            try f.unary(.nvarchar(128), .int) { value throws(SQLServerMessage) in
                TypeCatalogue.all.first { $0.name == value.text.lowercased() }.map { .int(Int64($0.userTypeID)) } ?? .null
            }
        },
        "COL_LENGTH": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.values(2...2, [.nvarchar(776), .nvarchar(128)], .smallint) { v throws(SQLServerMessage) in
                try context.session.catalogue.columnLength(v[0].text, v[1].text, context: context).map { .int(Int64($0)) } ?? .null
            }
        },
        "OBJECTPROPERTY": { f throws(SQLServerMessage) in
            try f.values(2...2, [.int, .nvarchar(128)], .int) { _ throws(SQLServerMessage) in .int(0) }
        },
        "OBJECTPROPERTYEX": { f throws(SQLServerMessage) in
            try f.values(2...2, [.int, .nvarchar(128)], .sqlVariant) { _ throws(SQLServerMessage) in .null }
        },
        "COLLATIONPROPERTY": { f throws(SQLServerMessage) in
            try f.values(2...2, [.nvarchar(128), .nvarchar(128)], .sqlVariant) { v throws(SQLServerMessage) in
                switch v[1].text.lowercased() {
                case "codepage": .variant(.int, .int(1252))
                case "lcid": .variant(.int, .int(1033))
                case "comparisonstyle": .variant(.int, .int(196_609))
                default: .null
                }
            }
        },
        "FILEPROPERTY": { f throws(SQLServerMessage) in
            let context = f.context
            return try f.values(2...2, [.nvarchar(128), .nvarchar(128)], .int) { v throws(SQLServerMessage) in
                guard let database = context.world.database(named: context.session.database), v[1].text.lowercased() == "spaceused" else {
                    return .null
                }
                return context.world.files(of: database).first { $0.name.lowercased() == v[0].text.lowercased() }.map { .int($0.usedPages) }
                    ?? .null
            }
        },
    ]
}
