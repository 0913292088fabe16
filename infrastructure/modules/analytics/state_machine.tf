locals {
  # Whatever goes wrong is told, and the execution fails.
  on_failure = [{ ErrorEquals = ["States.ALL"], ResultPath = "$.failure", Next = "TellOfFailure" }]

  states = {
    RunJob = {
      Comment    = "Reads the source, tests its own figures, publishes all tables together or none"
      Type       = "Task"
      Resource   = "arn:${local.partition}:states:::glue:startJobRun.sync"
      Parameters = { JobName = aws_glue_job.star_schema.name }
      ResultPath = "$.run"
      Catch      = local.on_failure
      Next       = "StartCrawler"
    }

    StartCrawler = {
      Type       = "Task"
      Resource   = "arn:${local.partition}:states:::aws-sdk:glue:startCrawler"
      Parameters = { Name = aws_glue_crawler.gold.name }
      ResultPath = null
      # One that somebody started before may have read the old files: wait, and start it anew.
      Retry = [{ ErrorEquals = ["Glue.CrawlerRunningException"], IntervalSeconds = var.crawler_poll_seconds, BackoffRate = 1.5, MaxAttempts = 10 }]
      Catch = local.on_failure
      Next  = "WaitForCrawler"
    }

    WaitForCrawler = {
      Type    = "Wait"
      Seconds = var.crawler_poll_seconds
      Next    = "LookAtCrawler"
    }

    LookAtCrawler = {
      Type       = "Task"
      Resource   = "arn:${local.partition}:states:::aws-sdk:glue:getCrawler"
      Parameters = { Name = aws_glue_crawler.gold.name }
      # The whole of it: until its first crawl has ended a crawler has no LastCrawl, and a path to nothing fails the execution.
      ResultSelector = { "crawler.$" = "$.Crawler" }
      ResultPath     = "$.look"
      Catch          = local.on_failure
      Next           = "IsCrawled"
    }

    IsCrawled = {
      Type = "Choice"
      Choices = [
        { Not = { Variable = "$.look.crawler.State", StringEquals = "READY" }, Next = "WaitForCrawler" },
        { Variable = "$.look.crawler.LastCrawl.Status", StringEquals = "SUCCEEDED", Next = "CheckFigures" },
      ]
      Default = "CrawlFailed"
    }

    CrawlFailed = {
      Type       = "Pass"
      Parameters = { Error = "CrawlFailed", "Cause.$" = "States.JsonToString($.look.crawler.LastCrawl)" }
      ResultPath = "$.failure"
      Next       = "TellOfFailure"
    }

    CheckFigures = {
      Comment  = "As those who ask will see it: through the catalog, by Athena"
      Type     = "Task"
      Resource = "arn:${local.partition}:states:::athena:startQueryExecution.sync"
      Parameters = {
        QueryString           = local.queries["quality-check"]
        QueryExecutionContext = { Database = aws_glue_catalog_database.gold.name }
        WorkGroup             = aws_athena_workgroup.this.name
      }
      ResultPath = "$.check"
      Catch      = local.on_failure
      Next       = "ReadFigures"
    }

    ReadFigures = {
      Type           = "Task"
      Resource       = "arn:${local.partition}:states:::athena:getQueryResults"
      Parameters     = { "QueryExecutionId.$" = "$.check.QueryExecution.QueryExecutionId" }
      ResultSelector = { "row.$" = "$.ResultSet.Rows[1].Data" }
      ResultPath     = "$.figures"
      Catch          = local.on_failure
      Next           = "ReadManifest"
    }

    ReadManifest = {
      Comment        = "What the job counted in the source before it published"
      Type           = "Task"
      Resource       = "arn:${local.partition}:states:::aws-sdk:s3:getObject"
      Parameters     = { Bucket = var.lake.bucket, Key = "${local.gold}/_manifest.json" }
      ResultSelector = { "manifest.$" = "States.StringToJson($.Body)" }
      ResultPath     = "$.published"
      Catch          = local.on_failure
      Next           = "TakeFigures"
    }

    TakeFigures = {
      Type = "Pass"
      Parameters = {
        "figures.$"      = "$.figures.row[0].VarCharValue"
        "lines.$"        = "$.figures.row[1].VarCharValue"
        "total.$"        = "$.figures.row[2].VarCharValue"
        "source_lines.$" = "States.Format('{}', $.published.manifest.order_lines)"
        "source_total.$" = "$.published.manifest.order_amount"
      }
      ResultPath = "$.compared"
      Next       = "DoFiguresAgree"
    }

    DoFiguresAgree = {
      Type = "Choice"
      Choices = [{
        And = [
          { Variable = "$.compared.figures", StringEquals = "agree" },
          { Variable = "$.compared.lines", StringEqualsPath = "$.compared.source_lines" },
          { Variable = "$.compared.total", StringEqualsPath = "$.compared.source_total" },
        ]
        Next = "Published"
      }]
      Default = "FiguresDiffer"
    }

    FiguresDiffer = {
      Type       = "Pass"
      Parameters = { Error = "FiguresDiffer", "Cause.$" = "States.JsonToString($.compared)" }
      ResultPath = "$.failure"
      Next       = "TellOfFailure"
    }

    Published = {
      Type       = "Succeed"
      OutputPath = "$.compared"
    }

    TellOfFailure = {
      Type     = "Task"
      Resource = "arn:${local.partition}:states:::sns:publish"
      Parameters = {
        TopicArn = var.alarm_topic.arn
        Subject  = "${local.pipeline} failed"
        Message = {
          "stateMachine" = local.pipeline
          "execution.$"  = "$$.Execution.Id"
          "error.$"      = "$.failure.Error"
          "cause.$"      = "$.failure.Cause"
        }
      }
      ResultPath = null
      Retry      = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, BackoffRate = 2, MaxAttempts = 3 }]
      Next       = "Failed"
    }

    # Errors of one's own must not be called States.*, as that of a task that failed is; the cause tells which it was.
    Failed = {
      Type      = "Fail"
      Error     = "PipelineFailed"
      CausePath = "$.failure.Cause"
    }
  }

  pipeline = "${var.name}-star-schema"
}

resource "aws_cloudwatch_log_group" "pipeline" {
  # checkov:skip=CKV_AWS_158:CloudWatch Logs encrypts at rest; a customer key costs a dollar a month and guards lab logs only
  # checkov:skip=CKV_AWS_338:failures are read within days; log_retention_days lengthens it
  name              = "/aws/vendedlogs/states/${local.pipeline}"
  retention_in_days = var.log_retention_days
}

resource "aws_sfn_state_machine" "pipeline" {
  # checkov:skip=CKV_AWS_284:X-Ray is paid by the trace, and the history of an execution tells the same
  name     = local.pipeline
  role_arn = aws_iam_role.pipeline.arn
  type     = "STANDARD"

  definition = jsonencode({
    Comment        = "From the source's tables to checked figures: job, crawler, quality check; a failure is told"
    StartAt        = "RunJob"
    TimeoutSeconds = 60 * (var.job.timeout_minutes * (1 + var.job.max_retries) + 60)
    States         = local.states
  })

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.pipeline.arn}:*"
  }

  tags = { Name = local.pipeline }

  # Step Functions tries the log group with the role when it creates the state machine.
  depends_on = [aws_iam_role_policy.pipeline]
}
