namespace ActorBroker.Records;

/// <summary>
/// Kafka's error codes: the one vocabulary in which a machine refuses, a handler answers and a client reports.
/// It stands on the ground floor because the machines of Core and the codecs of Protocol both need it.
/// </summary>
/// <remarks>
/// The number is the code on the wire; <see cref="ErrorCodes"/> has Kafka's own name and retriability.
/// </remarks>
public enum ErrorCode : short
{
    /// <summary>UNKNOWN_SERVER_ERROR. Final for this request.</summary>
    UnknownServerError = -1,

    /// <summary>NONE. Success.</summary>
    None = 0,

    /// <summary>OFFSET_OUT_OF_RANGE. Final for this request.</summary>
    OffsetOutOfRange = 1,

    /// <summary>CORRUPT_MESSAGE. The request may succeed when repeated.</summary>
    CorruptMessage = 2,

    /// <summary>UNKNOWN_TOPIC_OR_PARTITION. The request may succeed when repeated.</summary>
    UnknownTopicOrPartition = 3,

    /// <summary>INVALID_FETCH_SIZE. Final for this request.</summary>
    InvalidFetchSize = 4,

    /// <summary>LEADER_NOT_AVAILABLE. The request may succeed when repeated.</summary>
    LeaderNotAvailable = 5,

    /// <summary>NOT_LEADER_OR_FOLLOWER. The request may succeed when repeated.</summary>
    NotLeaderOrFollower = 6,

    /// <summary>REQUEST_TIMED_OUT. The request may succeed when repeated.</summary>
    RequestTimedOut = 7,

    /// <summary>BROKER_NOT_AVAILABLE. Final for this request.</summary>
    BrokerNotAvailable = 8,

    /// <summary>REPLICA_NOT_AVAILABLE. The request may succeed when repeated.</summary>
    ReplicaNotAvailable = 9,

    /// <summary>MESSAGE_TOO_LARGE. Final for this request.</summary>
    MessageTooLarge = 10,

    /// <summary>STALE_CONTROLLER_EPOCH. Final for this request.</summary>
    StaleControllerEpoch = 11,

    /// <summary>OFFSET_METADATA_TOO_LARGE. Final for this request.</summary>
    OffsetMetadataTooLarge = 12,

    /// <summary>NETWORK_EXCEPTION. The request may succeed when repeated.</summary>
    NetworkException = 13,

    /// <summary>COORDINATOR_LOAD_IN_PROGRESS. The request may succeed when repeated.</summary>
    CoordinatorLoadInProgress = 14,

    /// <summary>COORDINATOR_NOT_AVAILABLE. The request may succeed when repeated.</summary>
    CoordinatorNotAvailable = 15,

    /// <summary>NOT_COORDINATOR. The request may succeed when repeated.</summary>
    NotCoordinator = 16,

    /// <summary>INVALID_TOPIC_EXCEPTION. Final for this request.</summary>
    InvalidTopicException = 17,

    /// <summary>RECORD_LIST_TOO_LARGE. Final for this request.</summary>
    RecordListTooLarge = 18,

    /// <summary>NOT_ENOUGH_REPLICAS. The request may succeed when repeated.</summary>
    NotEnoughReplicas = 19,

    /// <summary>NOT_ENOUGH_REPLICAS_AFTER_APPEND. The request may succeed when repeated.</summary>
    NotEnoughReplicasAfterAppend = 20,

    /// <summary>INVALID_REQUIRED_ACKS. Final for this request.</summary>
    InvalidRequiredAcks = 21,

    /// <summary>ILLEGAL_GENERATION. Final for this request.</summary>
    IllegalGeneration = 22,

    /// <summary>INCONSISTENT_GROUP_PROTOCOL. Final for this request.</summary>
    InconsistentGroupProtocol = 23,

    /// <summary>INVALID_GROUP_ID. Final for this request.</summary>
    InvalidGroupId = 24,

    /// <summary>UNKNOWN_MEMBER_ID. Final for this request.</summary>
    UnknownMemberId = 25,

    /// <summary>INVALID_SESSION_TIMEOUT. Final for this request.</summary>
    InvalidSessionTimeout = 26,

    /// <summary>REBALANCE_IN_PROGRESS. Final for this request.</summary>
    RebalanceInProgress = 27,

    /// <summary>INVALID_COMMIT_OFFSET_SIZE. Final for this request.</summary>
    InvalidCommitOffsetSize = 28,

    /// <summary>TOPIC_AUTHORIZATION_FAILED. Final for this request.</summary>
    TopicAuthorizationFailed = 29,

    /// <summary>GROUP_AUTHORIZATION_FAILED. Final for this request.</summary>
    GroupAuthorizationFailed = 30,

    /// <summary>CLUSTER_AUTHORIZATION_FAILED. Final for this request.</summary>
    ClusterAuthorizationFailed = 31,

    /// <summary>INVALID_TIMESTAMP. Final for this request.</summary>
    InvalidTimestamp = 32,

    /// <summary>UNSUPPORTED_SASL_MECHANISM. Final for this request.</summary>
    UnsupportedSaslMechanism = 33,

    /// <summary>ILLEGAL_SASL_STATE. Final for this request.</summary>
    IllegalSaslState = 34,

    /// <summary>UNSUPPORTED_VERSION. Final for this request.</summary>
    UnsupportedVersion = 35,

    /// <summary>TOPIC_ALREADY_EXISTS. Final for this request.</summary>
    TopicAlreadyExists = 36,

    /// <summary>INVALID_PARTITIONS. Final for this request.</summary>
    InvalidPartitions = 37,

    /// <summary>INVALID_REPLICATION_FACTOR. Final for this request.</summary>
    InvalidReplicationFactor = 38,

    /// <summary>INVALID_REPLICA_ASSIGNMENT. Final for this request.</summary>
    InvalidReplicaAssignment = 39,

    /// <summary>INVALID_CONFIG. Final for this request.</summary>
    InvalidConfig = 40,

    /// <summary>NOT_CONTROLLER. The request may succeed when repeated.</summary>
    NotController = 41,

    /// <summary>INVALID_REQUEST. Final for this request.</summary>
    InvalidRequest = 42,

    /// <summary>UNSUPPORTED_FOR_MESSAGE_FORMAT. Final for this request.</summary>
    UnsupportedForMessageFormat = 43,

    /// <summary>POLICY_VIOLATION. Final for this request.</summary>
    PolicyViolation = 44,

    /// <summary>OUT_OF_ORDER_SEQUENCE_NUMBER. Final for this request.</summary>
    OutOfOrderSequenceNumber = 45,

    /// <summary>DUPLICATE_SEQUENCE_NUMBER. Final for this request.</summary>
    DuplicateSequenceNumber = 46,

    /// <summary>INVALID_PRODUCER_EPOCH. Final for this request.</summary>
    InvalidProducerEpoch = 47,

    /// <summary>INVALID_TXN_STATE. Final for this request.</summary>
    InvalidTxnState = 48,

    /// <summary>INVALID_PRODUCER_ID_MAPPING. Final for this request.</summary>
    InvalidProducerIdMapping = 49,

    /// <summary>INVALID_TRANSACTION_TIMEOUT. Final for this request.</summary>
    InvalidTransactionTimeout = 50,

    /// <summary>CONCURRENT_TRANSACTIONS. The request may succeed when repeated.</summary>
    ConcurrentTransactions = 51,

    /// <summary>TRANSACTION_COORDINATOR_FENCED. Final for this request.</summary>
    TransactionCoordinatorFenced = 52,

    /// <summary>TRANSACTIONAL_ID_AUTHORIZATION_FAILED. Final for this request.</summary>
    TransactionalIdAuthorizationFailed = 53,

    /// <summary>SECURITY_DISABLED. Final for this request.</summary>
    SecurityDisabled = 54,

    /// <summary>OPERATION_NOT_ATTEMPTED. Final for this request.</summary>
    OperationNotAttempted = 55,

    /// <summary>KAFKA_STORAGE_ERROR. The request may succeed when repeated.</summary>
    KafkaStorageError = 56,

    /// <summary>LOG_DIR_NOT_FOUND. Final for this request.</summary>
    LogDirNotFound = 57,

    /// <summary>SASL_AUTHENTICATION_FAILED. Final for this request.</summary>
    SaslAuthenticationFailed = 58,

    /// <summary>UNKNOWN_PRODUCER_ID. Final for this request.</summary>
    UnknownProducerId = 59,

    /// <summary>REASSIGNMENT_IN_PROGRESS. Final for this request.</summary>
    ReassignmentInProgress = 60,

    /// <summary>DELEGATION_TOKEN_AUTH_DISABLED. Final for this request.</summary>
    DelegationTokenAuthDisabled = 61,

    /// <summary>DELEGATION_TOKEN_NOT_FOUND. Final for this request.</summary>
    DelegationTokenNotFound = 62,

    /// <summary>DELEGATION_TOKEN_OWNER_MISMATCH. Final for this request.</summary>
    DelegationTokenOwnerMismatch = 63,

    /// <summary>DELEGATION_TOKEN_REQUEST_NOT_ALLOWED. Final for this request.</summary>
    DelegationTokenRequestNotAllowed = 64,

    /// <summary>DELEGATION_TOKEN_AUTHORIZATION_FAILED. Final for this request.</summary>
    DelegationTokenAuthorizationFailed = 65,

    /// <summary>DELEGATION_TOKEN_EXPIRED. Final for this request.</summary>
    DelegationTokenExpired = 66,

    /// <summary>INVALID_PRINCIPAL_TYPE. Final for this request.</summary>
    InvalidPrincipalType = 67,

    /// <summary>NON_EMPTY_GROUP. Final for this request.</summary>
    NonEmptyGroup = 68,

    /// <summary>GROUP_ID_NOT_FOUND. Final for this request.</summary>
    GroupIdNotFound = 69,

    /// <summary>FETCH_SESSION_ID_NOT_FOUND. The request may succeed when repeated.</summary>
    FetchSessionIdNotFound = 70,

    /// <summary>INVALID_FETCH_SESSION_EPOCH. The request may succeed when repeated.</summary>
    InvalidFetchSessionEpoch = 71,

    /// <summary>LISTENER_NOT_FOUND. The request may succeed when repeated.</summary>
    ListenerNotFound = 72,

    /// <summary>TOPIC_DELETION_DISABLED. Final for this request.</summary>
    TopicDeletionDisabled = 73,

    /// <summary>FENCED_LEADER_EPOCH. The request may succeed when repeated.</summary>
    FencedLeaderEpoch = 74,

    /// <summary>UNKNOWN_LEADER_EPOCH. The request may succeed when repeated.</summary>
    UnknownLeaderEpoch = 75,

    /// <summary>UNSUPPORTED_COMPRESSION_TYPE. Final for this request.</summary>
    UnsupportedCompressionType = 76,

    /// <summary>STALE_BROKER_EPOCH. Final for this request.</summary>
    StaleBrokerEpoch = 77,

    /// <summary>OFFSET_NOT_AVAILABLE. The request may succeed when repeated.</summary>
    OffsetNotAvailable = 78,

    /// <summary>MEMBER_ID_REQUIRED. Final for this request.</summary>
    MemberIdRequired = 79,

    /// <summary>PREFERRED_LEADER_NOT_AVAILABLE. The request may succeed when repeated.</summary>
    PreferredLeaderNotAvailable = 80,

    /// <summary>GROUP_MAX_SIZE_REACHED. Final for this request.</summary>
    GroupMaxSizeReached = 81,

    /// <summary>FENCED_INSTANCE_ID. Final for this request.</summary>
    FencedInstanceId = 82,

    /// <summary>ELIGIBLE_LEADERS_NOT_AVAILABLE. The request may succeed when repeated.</summary>
    EligibleLeadersNotAvailable = 83,

    /// <summary>ELECTION_NOT_NEEDED. The request may succeed when repeated.</summary>
    ElectionNotNeeded = 84,

    /// <summary>NO_REASSIGNMENT_IN_PROGRESS. Final for this request.</summary>
    NoReassignmentInProgress = 85,

    /// <summary>GROUP_SUBSCRIBED_TO_TOPIC. Final for this request.</summary>
    GroupSubscribedToTopic = 86,

    /// <summary>INVALID_RECORD. Final for this request.</summary>
    InvalidRecord = 87,

    /// <summary>UNSTABLE_OFFSET_COMMIT. The request may succeed when repeated.</summary>
    UnstableOffsetCommit = 88,

    /// <summary>THROTTLING_QUOTA_EXCEEDED. The request may succeed when repeated.</summary>
    ThrottlingQuotaExceeded = 89,

    /// <summary>PRODUCER_FENCED. Final for this request.</summary>
    ProducerFenced = 90,

    /// <summary>RESOURCE_NOT_FOUND. Final for this request.</summary>
    ResourceNotFound = 91,

    /// <summary>DUPLICATE_RESOURCE. Final for this request.</summary>
    DuplicateResource = 92,

    /// <summary>UNACCEPTABLE_CREDENTIAL. Final for this request.</summary>
    UnacceptableCredential = 93,

    /// <summary>INCONSISTENT_VOTER_SET. Final for this request.</summary>
    InconsistentVoterSet = 94,

    /// <summary>INVALID_UPDATE_VERSION. Final for this request.</summary>
    InvalidUpdateVersion = 95,

    /// <summary>FEATURE_UPDATE_FAILED. Final for this request.</summary>
    FeatureUpdateFailed = 96,

    /// <summary>PRINCIPAL_DESERIALIZATION_FAILURE. Final for this request.</summary>
    PrincipalDeserializationFailure = 97,

    /// <summary>SNAPSHOT_NOT_FOUND. Final for this request.</summary>
    SnapshotNotFound = 98,

    /// <summary>POSITION_OUT_OF_RANGE. Final for this request.</summary>
    PositionOutOfRange = 99,

    /// <summary>UNKNOWN_TOPIC_ID. The request may succeed when repeated.</summary>
    UnknownTopicId = 100,

    /// <summary>DUPLICATE_BROKER_REGISTRATION. Final for this request.</summary>
    DuplicateBrokerRegistration = 101,

    /// <summary>BROKER_ID_NOT_REGISTERED. Final for this request.</summary>
    BrokerIdNotRegistered = 102,

    /// <summary>INCONSISTENT_TOPIC_ID. The request may succeed when repeated.</summary>
    InconsistentTopicId = 103,

    /// <summary>INCONSISTENT_CLUSTER_ID. Final for this request.</summary>
    InconsistentClusterId = 104,

    /// <summary>TRANSACTIONAL_ID_NOT_FOUND. Final for this request.</summary>
    TransactionalIdNotFound = 105,

    /// <summary>FETCH_SESSION_TOPIC_ID_ERROR. The request may succeed when repeated.</summary>
    FetchSessionTopicIdError = 106,

    /// <summary>INELIGIBLE_REPLICA. Final for this request.</summary>
    IneligibleReplica = 107,

    /// <summary>NEW_LEADER_ELECTED. Final for this request.</summary>
    NewLeaderElected = 108,

    /// <summary>OFFSET_MOVED_TO_TIERED_STORAGE. Final for this request.</summary>
    OffsetMovedToTieredStorage = 109,

    /// <summary>FENCED_MEMBER_EPOCH. Final for this request.</summary>
    FencedMemberEpoch = 110,

    /// <summary>UNRELEASED_INSTANCE_ID. Final for this request.</summary>
    UnreleasedInstanceId = 111,

    /// <summary>UNSUPPORTED_ASSIGNOR. Final for this request.</summary>
    UnsupportedAssignor = 112,

    /// <summary>STALE_MEMBER_EPOCH. Final for this request.</summary>
    StaleMemberEpoch = 113,

    /// <summary>MISMATCHED_ENDPOINT_TYPE. Final for this request.</summary>
    MismatchedEndpointType = 114,

    /// <summary>UNSUPPORTED_ENDPOINT_TYPE. Final for this request.</summary>
    UnsupportedEndpointType = 115,

    /// <summary>UNKNOWN_CONTROLLER_ID. Final for this request.</summary>
    UnknownControllerId = 116,

    /// <summary>UNKNOWN_SUBSCRIPTION_ID. Final for this request.</summary>
    UnknownSubscriptionId = 117,

    /// <summary>TELEMETRY_TOO_LARGE. Final for this request.</summary>
    TelemetryTooLarge = 118,

    /// <summary>INVALID_REGISTRATION. Final for this request.</summary>
    InvalidRegistration = 119,

    /// <summary>TRANSACTION_ABORTABLE. Final for this request.</summary>
    TransactionAbortable = 120,

    /// <summary>INVALID_RECORD_STATE. Final for this request.</summary>
    InvalidRecordState = 121,

    /// <summary>SHARE_SESSION_NOT_FOUND. The request may succeed when repeated.</summary>
    ShareSessionNotFound = 122,

    /// <summary>INVALID_SHARE_SESSION_EPOCH. The request may succeed when repeated.</summary>
    InvalidShareSessionEpoch = 123,

    /// <summary>FENCED_STATE_EPOCH. Final for this request.</summary>
    FencedStateEpoch = 124,

    /// <summary>INVALID_VOTER_KEY. Final for this request.</summary>
    InvalidVoterKey = 125,

    /// <summary>DUPLICATE_VOTER. Final for this request.</summary>
    DuplicateVoter = 126,

    /// <summary>VOTER_NOT_FOUND. Final for this request.</summary>
    VoterNotFound = 127,

    /// <summary>INVALID_REGULAR_EXPRESSION. Final for this request.</summary>
    InvalidRegularExpression = 128,
}
