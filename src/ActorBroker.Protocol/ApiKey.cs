namespace ActorBroker.Protocol;

/// <summary>Every API key of Kafka 4.0; those that clients use have messages, see <see cref="ApiKeys"/>.</summary>
public enum ApiKey : short
{
    /// <summary>PRODUCE, used by clients.</summary>
    Produce = 0,

    /// <summary>FETCH, used by clients.</summary>
    Fetch = 1,

    /// <summary>LIST_OFFSETS, used by clients.</summary>
    ListOffsets = 2,

    /// <summary>METADATA, used by clients.</summary>
    Metadata = 3,

    /// <summary>LEADER_AND_ISR, between brokers.</summary>
    LeaderAndIsr = 4,

    /// <summary>STOP_REPLICA, between brokers.</summary>
    StopReplica = 5,

    /// <summary>UPDATE_METADATA, between brokers.</summary>
    UpdateMetadata = 6,

    /// <summary>CONTROLLED_SHUTDOWN, between brokers.</summary>
    ControlledShutdown = 7,

    /// <summary>OFFSET_COMMIT, used by clients.</summary>
    OffsetCommit = 8,

    /// <summary>OFFSET_FETCH, used by clients.</summary>
    OffsetFetch = 9,

    /// <summary>FIND_COORDINATOR, used by clients.</summary>
    FindCoordinator = 10,

    /// <summary>JOIN_GROUP, used by clients.</summary>
    JoinGroup = 11,

    /// <summary>HEARTBEAT, used by clients.</summary>
    Heartbeat = 12,

    /// <summary>LEAVE_GROUP, used by clients.</summary>
    LeaveGroup = 13,

    /// <summary>SYNC_GROUP, used by clients.</summary>
    SyncGroup = 14,

    /// <summary>DESCRIBE_GROUPS, used by clients.</summary>
    DescribeGroups = 15,

    /// <summary>LIST_GROUPS, used by clients.</summary>
    ListGroups = 16,

    /// <summary>SASL_HANDSHAKE, used by clients.</summary>
    SaslHandshake = 17,

    /// <summary>API_VERSIONS, used by clients.</summary>
    ApiVersions = 18,

    /// <summary>CREATE_TOPICS, used by clients.</summary>
    CreateTopics = 19,

    /// <summary>DELETE_TOPICS, used by clients.</summary>
    DeleteTopics = 20,

    /// <summary>DELETE_RECORDS, used by clients.</summary>
    DeleteRecords = 21,

    /// <summary>INIT_PRODUCER_ID, used by clients.</summary>
    InitProducerId = 22,

    /// <summary>OFFSET_FOR_LEADER_EPOCH, used by clients.</summary>
    OffsetForLeaderEpoch = 23,

    /// <summary>ADD_PARTITIONS_TO_TXN, used by clients.</summary>
    AddPartitionsToTxn = 24,

    /// <summary>ADD_OFFSETS_TO_TXN, used by clients.</summary>
    AddOffsetsToTxn = 25,

    /// <summary>END_TXN, used by clients.</summary>
    EndTxn = 26,

    /// <summary>WRITE_TXN_MARKERS, between brokers.</summary>
    WriteTxnMarkers = 27,

    /// <summary>TXN_OFFSET_COMMIT, used by clients.</summary>
    TxnOffsetCommit = 28,

    /// <summary>DESCRIBE_ACLS, used by clients.</summary>
    DescribeAcls = 29,

    /// <summary>CREATE_ACLS, used by clients.</summary>
    CreateAcls = 30,

    /// <summary>DELETE_ACLS, used by clients.</summary>
    DeleteAcls = 31,

    /// <summary>DESCRIBE_CONFIGS, used by clients.</summary>
    DescribeConfigs = 32,

    /// <summary>ALTER_CONFIGS, used by clients.</summary>
    AlterConfigs = 33,

    /// <summary>ALTER_REPLICA_LOG_DIRS, used by clients.</summary>
    AlterReplicaLogDirs = 34,

    /// <summary>DESCRIBE_LOG_DIRS, used by clients.</summary>
    DescribeLogDirs = 35,

    /// <summary>SASL_AUTHENTICATE, used by clients.</summary>
    SaslAuthenticate = 36,

    /// <summary>CREATE_PARTITIONS, used by clients.</summary>
    CreatePartitions = 37,

    /// <summary>CREATE_DELEGATION_TOKEN, used by clients.</summary>
    CreateDelegationToken = 38,

    /// <summary>RENEW_DELEGATION_TOKEN, used by clients.</summary>
    RenewDelegationToken = 39,

    /// <summary>EXPIRE_DELEGATION_TOKEN, used by clients.</summary>
    ExpireDelegationToken = 40,

    /// <summary>DESCRIBE_DELEGATION_TOKEN, used by clients.</summary>
    DescribeDelegationToken = 41,

    /// <summary>DELETE_GROUPS, used by clients.</summary>
    DeleteGroups = 42,

    /// <summary>ELECT_LEADERS, used by clients.</summary>
    ElectLeaders = 43,

    /// <summary>INCREMENTAL_ALTER_CONFIGS, used by clients.</summary>
    IncrementalAlterConfigs = 44,

    /// <summary>ALTER_PARTITION_REASSIGNMENTS, used by clients.</summary>
    AlterPartitionReassignments = 45,

    /// <summary>LIST_PARTITION_REASSIGNMENTS, used by clients.</summary>
    ListPartitionReassignments = 46,

    /// <summary>OFFSET_DELETE, used by clients.</summary>
    OffsetDelete = 47,

    /// <summary>DESCRIBE_CLIENT_QUOTAS, used by clients.</summary>
    DescribeClientQuotas = 48,

    /// <summary>ALTER_CLIENT_QUOTAS, used by clients.</summary>
    AlterClientQuotas = 49,

    /// <summary>DESCRIBE_USER_SCRAM_CREDENTIALS, used by clients.</summary>
    DescribeUserScramCredentials = 50,

    /// <summary>ALTER_USER_SCRAM_CREDENTIALS, used by clients.</summary>
    AlterUserScramCredentials = 51,

    /// <summary>VOTE, between brokers.</summary>
    Vote = 52,

    /// <summary>BEGIN_QUORUM_EPOCH, between brokers.</summary>
    BeginQuorumEpoch = 53,

    /// <summary>END_QUORUM_EPOCH, between brokers.</summary>
    EndQuorumEpoch = 54,

    /// <summary>DESCRIBE_QUORUM, used by clients.</summary>
    DescribeQuorum = 55,

    /// <summary>ALTER_PARTITION, between brokers.</summary>
    AlterPartition = 56,

    /// <summary>UPDATE_FEATURES, used by clients.</summary>
    UpdateFeatures = 57,

    /// <summary>ENVELOPE, between brokers.</summary>
    Envelope = 58,

    /// <summary>FETCH_SNAPSHOT, between controllers.</summary>
    FetchSnapshot = 59,

    /// <summary>DESCRIBE_CLUSTER, used by clients.</summary>
    DescribeCluster = 60,

    /// <summary>DESCRIBE_PRODUCERS, used by clients.</summary>
    DescribeProducers = 61,

    /// <summary>BROKER_REGISTRATION, between brokers.</summary>
    BrokerRegistration = 62,

    /// <summary>BROKER_HEARTBEAT, between brokers.</summary>
    BrokerHeartbeat = 63,

    /// <summary>UNREGISTER_BROKER, used by clients.</summary>
    UnregisterBroker = 64,

    /// <summary>DESCRIBE_TRANSACTIONS, used by clients.</summary>
    DescribeTransactions = 65,

    /// <summary>LIST_TRANSACTIONS, used by clients.</summary>
    ListTransactions = 66,

    /// <summary>ALLOCATE_PRODUCER_IDS, between brokers.</summary>
    AllocateProducerIds = 67,

    /// <summary>CONSUMER_GROUP_HEARTBEAT, used by clients.</summary>
    ConsumerGroupHeartbeat = 68,

    /// <summary>CONSUMER_GROUP_DESCRIBE, used by clients.</summary>
    ConsumerGroupDescribe = 69,

    /// <summary>CONTROLLER_REGISTRATION, between controllers.</summary>
    ControllerRegistration = 70,

    /// <summary>GET_TELEMETRY_SUBSCRIPTIONS, used by clients.</summary>
    GetTelemetrySubscriptions = 71,

    /// <summary>PUSH_TELEMETRY, used by clients.</summary>
    PushTelemetry = 72,

    /// <summary>ASSIGN_REPLICAS_TO_DIRS, between controllers.</summary>
    AssignReplicasToDirs = 73,

    /// <summary>LIST_CLIENT_METRICS_RESOURCES, used by clients.</summary>
    ListClientMetricsResources = 74,

    /// <summary>DESCRIBE_TOPIC_PARTITIONS, used by clients.</summary>
    DescribeTopicPartitions = 75,

    /// <summary>SHARE_GROUP_HEARTBEAT, used by clients.</summary>
    ShareGroupHeartbeat = 76,

    /// <summary>SHARE_GROUP_DESCRIBE, used by clients.</summary>
    ShareGroupDescribe = 77,

    /// <summary>SHARE_FETCH, used by clients.</summary>
    ShareFetch = 78,

    /// <summary>SHARE_ACKNOWLEDGE, used by clients.</summary>
    ShareAcknowledge = 79,

    /// <summary>ADD_RAFT_VOTER, used by clients.</summary>
    AddRaftVoter = 80,

    /// <summary>REMOVE_RAFT_VOTER, used by clients.</summary>
    RemoveRaftVoter = 81,

    /// <summary>UPDATE_RAFT_VOTER, between controllers.</summary>
    UpdateRaftVoter = 82,

    /// <summary>INITIALIZE_SHARE_GROUP_STATE, between brokers.</summary>
    InitializeShareGroupState = 83,

    /// <summary>READ_SHARE_GROUP_STATE, between brokers.</summary>
    ReadShareGroupState = 84,

    /// <summary>WRITE_SHARE_GROUP_STATE, between brokers.</summary>
    WriteShareGroupState = 85,

    /// <summary>DELETE_SHARE_GROUP_STATE, between brokers.</summary>
    DeleteShareGroupState = 86,

    /// <summary>READ_SHARE_GROUP_STATE_SUMMARY, between brokers.</summary>
    ReadShareGroupStateSummary = 87,
}
