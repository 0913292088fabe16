import boto3


def count_errors(group, filter_name, namespace, metric):
    boto3.client("logs").put_metric_filter(
        logGroupName=group,
        filterName=filter_name,
        filterPattern='{ $.level = "ERROR" }',
        metricTransformations=[
            {
                "metricNamespace": namespace,
                "metricName": metric,
                "metricValue": "1",
                "defaultValue": 0,
            }
        ],
    )
