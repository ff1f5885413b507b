/// Plans as sys.dm_exec_query_plan shows them, of the queries that applications pretend to run: a scan below the statement, with the
/// constants and the missing index that a real plan of such a query has.
enum PretendedPlans {
    /// The XML of the plan that a handle names; nil for what is no plan.
    static func xml(_ handle: [UInt8], _ world: World) -> String? {
        guard let text = ApplicationQueries.text(handle, world) else { return nil }
        let statement = escaped(text)
        return """
            <ShowPlanXML xmlns="http://schemas.microsoft.com/sqlserver/2004/07/showplan" Version="1.539" Build="15.0.4375.4"><BatchSequence>\
            <Batch><Statements><StmtSimple StatementText="\(statement)" StatementId="1" StatementType="SELECT" \
            StatementSubTreeCost="1.42857" StatementEstRows="42" StatementOptmLevel="FULL" CardinalityEstimationModelVersion="150">\
            <QueryPlan DegreeOfParallelism="1" CachedPlanSize="48" CompileTime="3" CompileCPU="3" CompileMemory="480">\
            \(missingIndex)\
            <RelOp NodeId="0" PhysicalOp="Nested Loops" LogicalOp="Inner Join" EstimateRows="42" EstimatedTotalSubtreeCost="1.42857" \
            Parallel="0" EstimatedExecutionMode="Row"><NestedLoops Optimized="0">\
            <RelOp NodeId="1" PhysicalOp="Clustered Index Scan" LogicalOp="Clustered Index Scan" EstimateRows="42" \
            EstimatedTotalSubtreeCost="1.2" Parallel="0" EstimatedExecutionMode="Row"><IndexScan Ordered="0" ForcedIndex="0">\
            <Object Database="[Shop]" Schema="[dbo]" Table="[products]" Index="[PK_products]" IndexKind="Clustered"/>\
            <Predicate><ScalarOperator ScalarString="[Shop].[dbo].[products].[name] like N&apos;%lamp%&apos;"><Intrinsic FunctionName="like">\
            <ScalarOperator><Const ConstValue="N&apos;%lamp%&apos;"/></ScalarOperator></Intrinsic></ScalarOperator></Predicate>\
            </IndexScan></RelOp>\
            <RelOp NodeId="2" PhysicalOp="Clustered Index Seek" LogicalOp="Clustered Index Seek" EstimateRows="1" \
            EstimatedTotalSubtreeCost="0.2" Parallel="0" EstimatedExecutionMode="Row"><IndexScan Ordered="1" Lookup="1">\
            <Object Database="[Shop]" Schema="[dbo]" Table="[stock]" Index="[PK_stock]" IndexKind="Clustered"/></IndexScan></RelOp>\
            </NestedLoops></RelOp>\
            <ParameterList><ColumnReference Column="@id" ParameterDataType="int" ParameterCompiledValue="(4711)"/></ParameterList>\
            </QueryPlan></StmtSimple></Statements></Batch></BatchSequence></ShowPlanXML>
            """
    }

    private static let missingIndex = """
        <MissingIndexes><MissingIndexGroup Impact="84.2"><MissingIndex Database="[Shop]" Schema="[dbo]" Table="[products]">\
        <ColumnGroup Usage="INEQUALITY"><Column Name="[name]" ColumnId="2"/></ColumnGroup></MissingIndex></MissingIndexGroup></MissingIndexes>
        """

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
