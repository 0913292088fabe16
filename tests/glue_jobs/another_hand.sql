-- MySQL dump 10.13  Distrib 5.7.44, for Win64 (x86_64)
--
-- Host: db.trains.example    Database: classicmodels
-- ------------------------------------------------------
-- Server version	5.7.44-log

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES latin1 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;

DROP TABLE IF EXISTS `customers`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `customers` (
  `customerName` varchar(50) NOT NULL,
  `customerNumber` int(11) NOT NULL AUTO_INCREMENT,
  `country` varchar(50) NOT NULL,
  `postalCode` varchar(15) DEFAULT NULL,
  `city` varchar(50) NOT NULL,
  `state` varchar(50) DEFAULT NULL,
  `addressLine2` varchar(50) DEFAULT NULL,
  `addressLine1` varchar(50) NOT NULL,
  `phone` varchar(50) NOT NULL,
  `contactFirstName` varchar(50) NOT NULL,
  `contactLastName` varchar(50) NOT NULL,
  `creditLimit` double DEFAULT NULL,
  `salesRepEmployeeNumber` int(11) DEFAULT NULL,
  PRIMARY KEY (`customerNumber`)
) ENGINE=MyISAM AUTO_INCREMENT=906 DEFAULT CHARSET=latin1;
/*!40101 SET character_set_client = @saved_cs_client */;

LOCK TABLES `customers` WRITE;
/*!40000 ALTER TABLE `customers` DISABLE KEYS */;
INSERT INTO `customers` VALUES ('Züge & Söhne',7,'Germany','80001','München',NULL,NULL,'Rosenstraße 1','+49 1','Jörg','Groß',1500.5,NULL),('O\'Hara; Trains',19,'Ireland',NULL,'Cork',NULL,'Unit 2','1 \"The\" Quay','+353 1','Áine','O\'Hara',0,2),
('Pequeño',20,'Spain','80001','Cádiz',NULL,NULL,'Calle Mayor, 5','+34 1','José','Núñez',NULL,2),
('Pequeño',33,'Spain','80001','Cádiz','Andalucía',NULL,'Calle Menor, 5','+34 2','José','Núñez',NULL,2),
('Nothing yet',905,'France','','Orléans',NULL,NULL,'3\\4, rue','+33 1','A','B',NULL,NULL);
/*!40000 ALTER TABLE `customers` ENABLE KEYS */;
UNLOCK TABLES;

DROP TABLE IF EXISTS `employees`;
CREATE TABLE `employees` (
  `employeeNumber` int(11) NOT NULL, `lastName` varchar(50) NOT NULL, `firstName` varchar(50) NOT NULL,
  `extension` varchar(10) NOT NULL, `email` varchar(100) NOT NULL, `officeCode` varchar(10) NOT NULL,
  `reportsTo` int(11) DEFAULT NULL, `jobTitle` varchar(50) NOT NULL,
  PRIMARY KEY (`employeeNumber`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
INSERT INTO `employees` VALUES (1,'Head','The','x1','head@trains.example','1',NULL,'President'),(2,'Sell','Er','x2','er@trains.example','1',1,'Sales Rep');

DROP TABLE IF EXISTS `offices`;
CREATE TABLE `offices` (
  `officeCode` varchar(10) NOT NULL, `city` varchar(50) NOT NULL, `phone` varchar(50) NOT NULL,
  `addressLine1` varchar(50) NOT NULL, `addressLine2` varchar(50) DEFAULT NULL, `state` varchar(50) DEFAULT NULL,
  `country` varchar(50) NOT NULL, `postalCode` varchar(15) NOT NULL, `territory` varchar(10) NOT NULL,
  PRIMARY KEY (`officeCode`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
INSERT INTO `offices` VALUES ('1','Cork','+353 2','2 Quay',NULL,NULL,'Ireland','T12','EMEA');

DROP TABLE IF EXISTS `orderdetails`;
CREATE TABLE `orderdetails` (
  `orderLineNumber` smallint(6) NOT NULL,
  `orderNumber` int(11) NOT NULL,
  `productCode` varchar(15) NOT NULL,
  `priceEach` double NOT NULL,
  `quantityOrdered` int(11) NOT NULL,
  PRIMARY KEY (`orderNumber`,`productCode`),
  KEY `productCode` (`productCode`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
INSERT INTO `orderdetails` VALUES (1,500,'N 1/160',120,3),(2,500,'H0-ä',0.1,3),(1,501,'N 1/160',119.99,1),(1,502,'H0-ä',1100.07,7);
INSERT INTO `orderdetails` (`orderNumber`,`productCode`,`quantityOrdered`,`priceEach`,`orderLineNumber`) VALUES
(77001,'H0-ä',1,0,1),
(77001,'N 1/160',2,99.95,2);

DROP TABLE IF EXISTS `orders`;
CREATE TABLE `orders` (
  `orderNumber` int(11) NOT NULL,
  `orderDate` datetime NOT NULL,
  `requiredDate` datetime NOT NULL,
  `shippedDate` datetime DEFAULT NULL,
  `status` varchar(15) NOT NULL,
  `comments` text,
  `customerNumber` int(11) NOT NULL,
  PRIMARY KEY (`orderNumber`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `orders` VALUES (500,'1999-12-31 00:00:00','2000-01-10 00:00:00','2000-01-11 00:00:00','Shipped','Two\nlines, 50 %',7),(501,'2000-02-29 00:00:00','2000-03-09 00:00:00','2000-03-01 00:00:00','Shipped',NULL,19),
(502,'2000-02-29 00:00:00','2000-03-09 00:00:00',NULL,'In Process','',20),(77001,'2002-07-01 00:00:00','2002-07-09 00:00:00',NULL,'Cancelled','No\ttrains',33);

DROP TABLE IF EXISTS `payments`;
CREATE TABLE `payments` (
  `customerNumber` int(11) NOT NULL, `checkNumber` varchar(50) NOT NULL,
  `paymentDate` datetime NOT NULL, `amount` double NOT NULL,
  PRIMARY KEY (`customerNumber`,`checkNumber`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
INSERT INTO `payments` VALUES (7,'A1','2000-02-01 00:00:00',360.3);

DROP TABLE IF EXISTS `productlines`;
CREATE TABLE `productlines` (
  `productLine` varchar(50) NOT NULL, `image` mediumblob, `htmlDescription` mediumtext,
  `textDescription` varchar(4000) DEFAULT NULL,
  PRIMARY KEY (`productLine`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `productlines` VALUES ('Narrow gauge',_binary 'ÿØ\0\Z\'',NULL,NULL),('Wide gauge',NULL,'<b>wide</b>','Wide \"enough\"'),('Unused',NULL,NULL,'');

DROP TABLE IF EXISTS `products`;
CREATE TABLE `products` (
  `productCode` varchar(15) NOT NULL, `productName` varchar(70) NOT NULL, `productLine` varchar(50) NOT NULL,
  `productScale` varchar(10) NOT NULL, `productVendor` varchar(50) NOT NULL, `productDescription` text NOT NULL,
  `quantityInStock` smallint(6) NOT NULL, `MSRP` decimal(10,0) NOT NULL, `buyPrice` double NOT NULL,
  PRIMARY KEY (`productCode`),
  KEY `productLine` (`productLine`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
INSERT INTO `products` VALUES ('N 1/160','Crocodile','Narrow gauge','1:160','Ve & Sons','green',-3,150,60.3),('H0-ä','Railcar','Wide gauge','1:87','','red',0,1200,500),('Z','Shelf warmer','Wide gauge','1:220','V','',9,10,1);

/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;

-- Dump completed on 2019-03-01  9:00:00
