import boto3


def alarm(alarm_name, namespace, metric, topic_arn):
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm_name,
        Namespace=namespace,
        MetricName=metric,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic_arn],
    )
