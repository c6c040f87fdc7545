"""SQL: functions take a connection and return Structs of the domain."""
