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

const identity = new cloudfront.OriginAccessIdentity(stack, 'Identity');

const cdn = new cloudfront.Distribution(stack, 'Cdn', {
  defaultBehavior: {
    origin: origins.S3BucketOrigin.withOriginAccessIdentity(bucket, { originAccessIdentity: identity }),
    viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
  },
});

bucket.addToResourcePolicy(new iam.PolicyStatement({
  sid: 'AllowCloudFrontRead',
  principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
  actions: ['s3:GetObject'],
  resources: [bucket.arnForObjects('*')],
  conditions: {
    StringEquals: {
      'AWS:SourceArn': `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/${cdn.distributionId}`,
    },
  },
}));

key.addToResourcePolicy(new iam.PolicyStatement({
  sid: 'AllowCloudFrontDecrypt',
  principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
  actions: ['kms:Decrypt'],
  resources: ['*'],
  conditions: {
    ArnLike: {
      'AWS:SourceArn': `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/*`,
    },
  },
}));
