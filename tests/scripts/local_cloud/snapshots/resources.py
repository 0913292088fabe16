"""Something of each kind in each service, made through the API, and what the API says of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3

from scripts import connections
from scripts.config import Settings

Find = Callable[[boto3.Session], Any]

ROLE = "arn:aws:iam::000000000000:role/lab"
ALARM_PERIOD = 10


@dataclass
class Kept:
    """What was there when the snapshot was saved: by name, how to ask for it and what the answer was."""

    asked: dict[str, Find] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)

    def keep(self, session: boto3.Session, **finds: Find) -> None:
        """Remember what is answered now."""
        for name, find in finds.items():
            self.asked[name] = find
            self.answers[name] = find(session)
            assert self.answers[name], name

    def differing(self, session: boto3.Session) -> dict[str, tuple[Any, Any]]:
        """What is answered otherwise: by name, the answer then and now."""
        now = {name: find(session) for name, find in self.asked.items()}
        return {name: (was, now[name]) for name, was in self.answers.items() if now[name] != was}


def make_all(session: boto3.Session, gateway_port: int) -> Kept:
    """Make everything but DB instances."""
    kept = Kept()
    for make in (
        storage, messages, secrets_and_keys, identities, tables, streams, catalog, watching, workflows,
        networks, further,
    ):  # fmt: skip
        make(session, kept)
    target(session, gateway_port)
    return kept


def storage(session: boto3.Session, kept: Kept) -> None:
    s3 = session.client("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="kept", Key="a", Body=b"first", Metadata={"of": "mine"})
    s3.put_object(Bucket="kept", Key="a", Body=b"second")
    s3.put_object(Bucket="kept", Key="large", Body=bytes(range(256)) * 4096, ChecksumAlgorithm="SHA256")
    s3.put_object(Bucket="kept", Key="gone", Body=b"once")
    s3.delete_object(Bucket="kept", Key="gone")
    upload = s3.create_multipart_upload(Bucket="kept", Key="parts")["UploadId"]
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(
            Bucket="kept", Key="parts", UploadId=upload, PartNumber=number, Body=body)["ETag"]}
        for number, body in ((1, b"1" * (5 << 20)), (2, b"2" * 10))
    ]  # fmt: skip
    s3.complete_multipart_upload(
        Bucket="kept", Key="parts", UploadId=upload, MultipartUpload={"Parts": parts}
    )
    begun = s3.create_multipart_upload(Bucket="kept", Key="begun")["UploadId"]
    s3.upload_part(Bucket="kept", Key="begun", UploadId=begun, PartNumber=1, Body=b"begun")

    def contents(session: boto3.Session) -> Any:
        s3 = session.client("s3")
        found = []
        for each in s3.list_object_versions(Bucket="kept")["Versions"]:
            answer = s3.get_object(Bucket="kept", Key=each["Key"], VersionId=each["VersionId"])
            found.append(
                (each["Key"], each["VersionId"], each["ETag"], answer["Body"].read(), answer["Metadata"],
                 answer["LastModified"])
            )  # fmt: skip
        return found

    kept.keep(
        session,
        objects=contents,
        markers=lambda s: s.client("s3").list_object_versions(Bucket="kept")["DeleteMarkers"],
        uploads=lambda s: s.client("s3").list_parts(Bucket="kept", Key="begun", UploadId=begun)["Parts"],
    )


def messages(session: boto3.Session, kept: Kept) -> None:
    sqs, sns = session.client("sqs"), session.client("sns")
    url = sqs.create_queue(QueueName="kept", tags={"of": "mine"})["QueueUrl"]
    sqs.create_queue(QueueName="kept.fifo", Attributes={"FifoQueue": "true"})
    fifo = sqs.get_queue_url(QueueName="kept.fifo")["QueueUrl"]
    sqs.send_message(QueueUrl=fifo, MessageBody="in order", MessageGroupId="g", MessageDeduplicationId="1")
    sqs.send_message(QueueUrl=url, MessageBody="waiting")
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    topic = sns.create_topic(Name="kept")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    kept.keep(
        session,
        queues=lambda s: s.client("sqs").list_queues()["QueueUrls"],
        queue=lambda s: s.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
            "Attributes"
        ],
        topics=lambda s: s.client("sns").list_subscriptions()["Subscriptions"],
    )


def received(session: boto3.Session, queue: str) -> list[str]:
    """The messages that a consumer of the queue gets now."""
    sqs = session.client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
    return [each["Body"] for each in answer.get("Messages", [])]


def secrets_and_keys(session: boto3.Session, kept: Kept) -> None:
    secrets, kms = session.client("secretsmanager"), session.client("kms")
    secrets.create_secret(Name="kept", SecretString="one")
    secrets.put_secret_value(SecretId="kept", SecretString="two")
    key = kms.create_key(Description="kept")["KeyMetadata"]["KeyId"]
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/kept", TargetKeyId=key)
    sealed = kms.encrypt(KeyId=key, Plaintext=b"sealed")["CiphertextBlob"]
    signed = kms.sign(KeyId=signing, Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")["Signature"]
    session.client("ssm").put_parameter(Name="/kept", Value="v", Type="SecureString")
    kept.keep(
        session,
        secret=lambda s: s.client("secretsmanager").get_secret_value(SecretId="kept")["SecretString"],
        previous=lambda s: s.client("secretsmanager").get_secret_value(
            SecretId="kept", VersionStage="AWSPREVIOUS")["SecretString"],
        opened=lambda s: s.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"],
        verified=lambda s: s.client("kms").verify(
            KeyId=signing, Message=b"m", Signature=signed, SigningAlgorithm="RSASSA_PSS_SHA_256"
        )["SignatureValid"],
        aliases=lambda s: s.client("kms").list_aliases(KeyId=key)["Aliases"],
        parameter=lambda s: s.client("ssm").get_parameter(Name="/kept", WithDecryption=True)["Parameter"],
    )  # fmt: skip


def identities(session: boto3.Session, kept: Kept) -> None:
    iam = session.client("iam")
    service = {"Service": ["firehose.amazonaws.com", "states.amazonaws.com"]}
    trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    iam.create_role(RoleName="lab", AssumeRolePolicyDocument=_policy(trust))
    iam.put_role_policy(RoleName="lab", PolicyName="p", PolicyDocument=_policy(everything))
    iam.create_user(UserName="kept")
    key = iam.create_access_key(UserName="kept")["AccessKey"]["AccessKeyId"]
    kept.keep(
        session,
        role=lambda s: s.client("iam").get_role(RoleName="lab")["Role"],
        policy=lambda s: s.client("iam").get_role_policy(RoleName="lab", PolicyName="p")["PolicyDocument"],
        key=lambda s: [each["AccessKeyId"] for each in s.client("iam").list_access_keys(UserName="kept")[
            "AccessKeyMetadata"] if each["AccessKeyId"] == key],
    )  # fmt: skip


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def tables(session: boto3.Session, kept: Kept) -> None:
    dynamodb = session.client("dynamodb")
    dynamodb.create_table(
        TableName="kept",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    for number in range(30):
        dynamodb.put_item(TableName="kept", Item={"k": {"S": str(number)}, "n": {"N": str(number)}})

    def items(session: boto3.Session) -> Any:
        found = session.client("dynamodb").scan(TableName="kept")["Items"]
        return sorted((each["k"]["S"], each["n"]["N"]) for each in found)

    def streamed(session: boto3.Session) -> Any:
        streams = session.client("dynamodbstreams")
        (stream,) = streams.list_streams(TableName="kept")["Streams"]
        (shard,) = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = streams.get_records(ShardIterator=iterator)["Records"]
        return [each["dynamodb"]["NewImage"] for each in found]

    kept.keep(
        session,
        table=lambda s: s.client("dynamodb").describe_table(TableName="kept")["Table"],
        items=items,
        streamed=streamed,
    )


def streams(session: boto3.Session, kept: Kept) -> None:
    kinesis = session.client("kinesis")
    kinesis.create_stream(StreamName="kept", ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName="kept")
    for number in range(20):
        kinesis.put_record(StreamName="kept", Data=str(number).encode(), PartitionKey=str(number))

    def records(session: boto3.Session) -> Any:
        kinesis = session.client("kinesis")
        found = []
        for shard in kinesis.list_shards(StreamName="kept")["Shards"]:
            iterator = kinesis.get_shard_iterator(
                StreamName="kept", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            answer = kinesis.get_records(ShardIterator=iterator)
            found += [(shard["ShardId"], each["SequenceNumber"], each["Data"]) for each in answer["Records"]]
        return found

    # The role may not be there yet: it is asked for at the first delivery.
    session.client("firehose").create_delivery_stream(
        DeliveryStreamName="kept",
        ExtendedS3DestinationConfiguration={
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::kept",
            "Prefix": "delivered/",
            "BufferingHints": {"IntervalInSeconds": 12, "SizeInMBs": 1},
        },
    )
    kept.keep(session, records=records)


def catalog(session: boto3.Session, kept: Kept) -> None:
    glue = session.client("glue")
    glue.create_database(DatabaseInput={"Name": "kept"})
    glue.create_table(DatabaseName="kept", TableInput={"Name": "t", "StorageDescriptor": {"Columns": [
        {"Name": "c", "Type": "int"}]}})  # fmt: skip
    session.client("athena").create_work_group(
        Name="kept", Configuration={"ResultConfiguration": {"OutputLocation": "s3://kept/athena/"}}
    )
    session.client("athena").create_prepared_statement(
        WorkGroup="kept", StatementName="asked", QueryStatement="SELECT ?"
    )
    kept.keep(
        session,
        prepared=lambda s: s.client("athena").get_prepared_statement(WorkGroup="kept", StatementName="asked")[
            "PreparedStatement"
        ],
        glue=lambda s: s.client("glue").get_tables(DatabaseName="kept")["TableList"],
        athena=lambda s: s.client("athena").get_work_group(WorkGroup="kept")["WorkGroup"],
    )


def watching(session: boto3.Session, kept: Kept) -> None:
    logs, cloudwatch = session.client("logs"), session.client("cloudwatch")
    logs.create_log_group(logGroupName="kept")
    logs.create_log_stream(logGroupName="kept", logStreamName="s")
    logs.put_log_events(
        logGroupName="kept",
        logStreamName="s",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": "kept line"}],
    )
    moment = datetime.now(UTC).replace(microsecond=0)
    cloudwatch.put_metric_data(
        Namespace="kept", MetricData=[{"MetricName": "m", "Value": 7.0, "Timestamp": moment}]
    )
    cloudwatch.put_metric_alarm(
        AlarmName="kept", Namespace="live", MetricName="m", Statistic="Maximum", Period=ALARM_PERIOD,
        EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching", AlarmActions=["arn:aws:sns:us-east-1:000000000000:kept"],
        Tags=[{"Key": "of", "Value": "mine"}],
    )  # fmt: skip
    cloudwatch.put_dashboard(DashboardName="kept", DashboardBody='{"widgets":[]}')

    def alarm(session: boto3.Session) -> Any:
        (found,) = session.client("cloudwatch").describe_alarms(AlarmNames=["kept"])["MetricAlarms"]
        return {name: value for name, value in found.items() if not name.startswith("State")}

    kept.keep(
        session,
        events=lambda s: s.client("logs").filter_log_events(logGroupName="kept")["events"],
        metric=lambda s: s.client("cloudwatch").get_metric_statistics(
            Namespace="kept", MetricName="m", Statistics=["Maximum"], Period=3600,
            StartTime=moment.timestamp() - 3600, EndTime=moment.timestamp() + 3600,
        )["Datapoints"],
        alarm=alarm,
        dashboard=lambda s: s.client("cloudwatch").get_dashboard(DashboardName="kept")["DashboardBody"],
    )  # fmt: skip


def workflows(session: boto3.Session, kept: Kept) -> None:
    states, events = session.client("stepfunctions"), session.client("events")
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": {"a": 1}, "End": True}}}
    # Its executions hold a client of CloudWatch Logs.
    session.client("logs").create_log_group(logGroupName="/states/kept")
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/states/kept:*"
    machine = states.create_state_machine(
        name="kept", definition=json.dumps(definition), roleArn=ROLE,
        loggingConfiguration={
            "level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}]},
    )  # fmt: skip
    execution = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    while states.describe_execution(executionArn=execution)["status"] == "RUNNING":
        time.sleep(0.05)
    events.create_event_bus(Name="kept")
    queue = "arn:aws:sqs:us-east-1:000000000000:kept"
    events.put_rule(Name="kept", EventBusName="kept", EventPattern='{"source": ["mine"]}')
    events.put_targets(Rule="kept", EventBusName="kept", Targets=[
        {"Id": "q", "Arn": queue, "InputPath": "$.detail"}])  # fmt: skip
    events.put_rule(Name="clock", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="clock", Targets=[{"Id": "q", "Arn": f"{queue}-clock"}])
    kept.keep(
        session,
        execution=lambda s: s.client("stepfunctions").describe_execution(executionArn=execution)["output"],
        history=lambda s: s.client("stepfunctions").get_execution_history(executionArn=execution)["events"],
        rules=lambda s: s.client("events").list_rules(EventBusName="kept")["Rules"],
        clock=lambda s: s.client("events").list_targets_by_rule(Rule="clock")["Targets"],
    )


def networks(session: boto3.Session, kept: Kept) -> None:
    ec2, elbv2 = session.client("ec2"), session.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]  # fmt: skip
    group = ec2.create_security_group(GroupName="kept", Description="d", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [
            {"CidrIp": "10.9.0.0/16", "Description": "kept"}]}])  # fmt: skip
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnets[0])
    # Moto's EC2 makes keys in a KMS of its own for it.
    ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=True)
    elbv2.create_load_balancer(Name="kept", Subnets=subnets, Scheme="internal")
    elbv2.get_waiter("load_balancer_available").wait(
        Names=["kept"], WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    kept.keep(
        session,
        subnets=lambda s: s.client("ec2").describe_subnets(SubnetIds=subnets)["Subnets"],
        group=lambda s: s.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"],
        interfaces=lambda s: s.client("ec2").describe_network_interfaces(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkInterfaces"],
        volumes=lambda s: s.client("ec2").describe_volumes()["Volumes"],
        instances=lambda s: s.client("ec2").describe_instances()["Reservations"],
        balancer=lambda s: s.client("elbv2").describe_load_balancers()["LoadBalancers"],
    )  # fmt: skip


def target(session: boto3.Session, port: int) -> None:
    """A target that can really be checked: LocalStack's own gateway."""
    elbv2 = session.client("elbv2")
    balancer = elbv2.describe_load_balancers(Names=["kept"])["LoadBalancers"][0]
    group = elbv2.create_target_group(
        Name="kept", Protocol="HTTP", Port=port, VpcId=balancer["VpcId"], TargetType="ip",
        HealthCheckPath="/_localstack/health", HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2,
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    elbv2.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )  # fmt: skip
    elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": "127.0.0.1"}])


def target_state(session: boto3.Session) -> str:
    """What health checks say of it."""
    elbv2 = session.client("elbv2")
    group = elbv2.describe_target_groups(Names=["kept"])["TargetGroups"][0]["TargetGroupArn"]
    (found,) = elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    return str(found["TargetHealth"]["State"])


def further(session: boto3.Session, kept: Kept) -> None:
    """Services that the stack does not use, and that a learner may."""
    session.client("route53").create_hosted_zone(Name="kept.test", CallerReference="1")
    session.client("scheduler").create_schedule_group(Name="kept")
    session.client("acm").request_certificate(DomainName="kept.test")
    kept.keep(
        session,
        zones=lambda s: s.client("route53").list_hosted_zones()["HostedZones"],
        certificates=lambda s: [
            each["CertificateArn"] for each in s.client("acm").list_certificates()["CertificateSummaryList"]
        ],
        groups=lambda s: s.client("scheduler").get_schedule_group(Name="kept")["Arn"],
    )


def make_databases(session: boto3.Session, settings: Settings, kept: Kept) -> None:
    """A MySQL and a PostgreSQL instance with a row each."""
    rds = session.client("rds")
    for engine in ("mysql", "postgres"):
        rds.create_db_instance(
            DBInstanceIdentifier=engine, Engine=engine, DBInstanceClass="db.t4g.micro", AllocatedStorage=20,
            MasterUsername="labadmin", ManageMasterUserPassword=True, DBName="kept",
        )  # fmt: skip
    for engine in ("mysql", "postgres"):
        rds.get_waiter("db_instance_available").wait(
            DBInstanceIdentifier=engine, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )
    with connections.mysql(connections.access(settings, session, "mysql"), "kept") as mysql:
        with mysql.cursor() as cursor:
            cursor.execute("CREATE TABLE t (n INT)")
            cursor.execute("INSERT INTO t VALUES (42)")
        mysql.commit()
    with connections.postgres(connections.access(settings, session, "postgres"), "kept") as postgres:
        postgres.execute("CREATE TABLE t (n int)")
        postgres.execute("INSERT INTO t VALUES (42)")
        postgres.commit()
    rds.create_db_snapshot(DBInstanceIdentifier="postgres", DBSnapshotIdentifier="copied")
    rds.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier="copied", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="postgres", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    kept.keep(
        session,
        # Where it is may have to change, if somebody else has claimed the address meanwhile.
        databases=lambda s: [
            {**each, "Endpoint": {**each["Endpoint"], "Address": "of its own"}}
            for each in s.client("rds").describe_db_instances()["DBInstances"]
        ],
        copies=lambda s: s.client("rds").describe_db_snapshots()["DBSnapshots"],
    )


def addresses(session: boto3.Session) -> dict[str, str]:
    """Where the two databases are."""
    found = session.client("rds").describe_db_instances()["DBInstances"]
    return {each["DBInstanceIdentifier"]: each["Endpoint"]["Address"] for each in found}


def rows(session: boto3.Session, settings: Settings) -> dict[str, Any]:
    """What the two databases hold."""
    found: dict[str, Any] = {}
    with (
        connections.mysql(connections.access(settings, session, "mysql"), "kept") as mysql,
        mysql.cursor() as cursor,
    ):
        cursor.execute("SELECT n FROM t")
        found["mysql"] = cursor.fetchall()
    with connections.postgres(connections.access(settings, session, "postgres"), "kept") as postgres:
        found["postgres"] = postgres.execute("SELECT n FROM t").fetchall()
    return found
