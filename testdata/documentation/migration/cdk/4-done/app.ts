import { App, Aws, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';

const app = new App();
const stack = new Stack(app, 'Site');

const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const bucket = new s3.Bucket(stack, 'Assets', {
  encryption: s3.BucketEncryption.KMS,
  encryptionKey: key,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
});

new cloudfront.Distribution(stack, 'Cdn', {
  defaultBehavior: {
    origin: origins.S3BucketOrigin.withOriginAccessControl(bucket),
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  },
});

(key.node.defaultChild as kms.CfnKey).keyPolicy = new iam.PolicyDocument({
  statements: [
    new iam.PolicyStatement({
      sid: 'EnableIAMPolicies',
      principals: [new iam.AccountRootPrincipal()],
      actions: ['kms:*'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'AllowCloudFrontDecrypt',
      principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'AWS:SourceArn': `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/E1EXAMPLE`,
        },
      },
    }),
  ],
});
